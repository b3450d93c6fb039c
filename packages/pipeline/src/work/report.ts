import { basename, dirname, extname, join } from 'node:path';
import { notEvaluated } from '@radweave/analysis/evaluation/unevaluated';
import { missingLetters, openPngPainter } from '@radweave/analysis/paint/png';
import {
  type Config,
  type Evaluation,
  evaluatedFusion,
  fusionFolder,
  inShell,
  isSamePlace,
  ResourceError,
  refuseOther,
  relativePath,
  replaceFilesTogether,
  reportPath,
  requireWritableFile,
  UsageError,
  writeFileAtomic,
} from '@radweave/artifacts';
import { existsSync, readFileSync } from '@radweave/artifacts/files';
import type { Part } from '@radweave/remarks';
import type { Language } from '@radweave/report';
import { findBrowser, printPdf } from '@radweave/report/browser';
import { type StageContext, say, stopIfAsked, warn } from '@radweave/study/context/events';
import { gatherReport } from '../report/gather.ts';

export interface ReportOptions {
  config: Config;
  language: Language;
  /** Also print it, which needs a browser. */
  pdf: boolean;
  /** The HTML file; null: `report/report.html` (`report.zh.html`) in the experiment's output folder. */
  output: string | null;
}

export interface ReportResult {
  html: string;
  /** Null unless it was asked for. */
  pdf: string | null;
  /** Sections that are not in it, and the command that makes each, where one can. */
  missing: { section: string; command: string | null; reason: string }[];
}

/**
 * Writes the report of a study as one HTML file that needs nothing else, and as a PDF where asked.
 *
 * @throws UsageError when there is no evaluation; DataError when files do not belong together; ResourceError when a PDF is
 *   asked for and no browser is there.
 */
export async function report(options: ReportOptions, context: StageContext): Promise<ReportResult> {
  const { config, language } = options;
  const html = options.output ?? reportPath(config, language);
  if (extname(html) !== '.html') {
    throw new UsageError('E_REPORT_NAME', `a report is an HTML file, and '${html}' does not end in .html`, {
      where: '--output',
    });
  }
  const pdf = `${html.slice(0, -'.html'.length)}.pdf`;
  if (options.output !== null) {
    requireWritableFile(html, '--output');
    refuseOther(html, '--output', 'a report of Radweave', isReport);
    // Whose a PDF is, only the report tells beside which it lies.
    if (options.pdf) refuseOther(pdf, '--output', 'that of a report of Radweave', () => existsSync(html));
  }
  const browser = options.pdf ? requireBrowser() : null;
  const data = await gatherReport(config, context);
  warnOfOtherFusion(config, data.evaluation, context);
  for (const note of data.evaluation.notes) {
    const { code, text } = note;
    // A missing fusion is among the missing sections, which are told at the end.
    if (note.code === 'unevaluated' && !isOfFusion(note.params.what)) {
      warn(context, notEvaluated(note.params));
    }
    if (code === 'features-changed' || code === 'fused-before') warn(context, `In the report: ${text}.`);
  }
  for (const { text } of data.clinical?.notes ?? []) warn(context, `Table of patients: ${text}.`);
  const { buildReport } = await import('@radweave/report');
  const text = await buildReport(data, language, (done, total) => {
    stopIfAsked(context, 'the report');
    context.emit({ kind: 'progress', task: 'writing sections', done, total });
  });
  // An earlier PDF would show other numbers than the page beside it; elsewhere it may be somebody's own file.
  const obsolete = options.output === null ? [basename(pdf)] : [];
  const fill = (staging: string): void => writeFileAtomic(join(staging, basename(html)), text);
  const isPdfRemoved = !options.pdf && obsolete.length > 0 && existsSync(pdf);
  await replaceFilesTogether(dirname(html), fill, { obsolete });
  if (isPdfRemoved) {
    say(context, `${pdf} showed an earlier report and was removed. Make it again with radweave report --pdf`);
  }
  if (browser !== null) {
    say(context, `Printing with ${browser}.`);
    writeFileAtomic(pdf, await printPdf(browser, html));
    const painter = await openPngPainter();
    if ('paint' in painter && !painter.canDraw(text)) {
      warn(context, missingLetters('the PDF', 'The HTML file has', `report --lang ${language} --pdf`));
    }
  }
  const parts = {
    fusion: data.fusion,
    maps: data.maps,
    explanations: data.galleries,
    site: data.siteAudit,
    leakage: data.leakage,
  };
  const missing = Object.entries(parts).flatMap(([section, part]) =>
    'missing' in part
      ? [{ section, command: part.missing.command, reason: part.missing.reason?.text ?? '' }]
      : [],
  );
  return { html, pdf: browser === null ? null : pdf, missing };
}

/** Where the configuration or a flag names another fusion than that of the evaluation. */
function warnOfOtherFusion(config: Config, evaluation: Evaluation, context: StageContext): void {
  const [evaluated, asked] = [evaluatedFusion(config, evaluation), fusionFolder(config)];
  if (evaluated === undefined || isSamePlace(evaluated, asked) || !existsSync(asked)) return;
  warn(
    context,
    `The report is of the fusion that was evaluated, in ${relativePath('.', evaluated)}, and not of that in ${asked}. To report that one, run first: radweave evaluate --fusion_dir ${inShell(asked)}.`,
  );
}

function isOfFusion({ code }: Part): boolean {
  return code === 'fusion-missing' || code === 'fusion-unfinished';
}

/** By the first of its sections, which reports of every version have. */
function isReport(html: string): boolean {
  return readFileSync(html, 'utf8').includes('<section id="summary" aria-labelledby="summary-title">');
}

function requireBrowser(): string {
  const browser = findBrowser();
  if (browser !== undefined) return browser;
  throw new ResourceError(
    'E_NO_BROWSER',
    'a PDF is printed by Chromium, Chrome or Edge, and none is installed',
    {
      where: '--pdf',
      hint: 'Install one of them, or leave --pdf out and print report.html from any browser',
    },
  );
}
