import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inTemporaryFolder, ResourceError } from '@radweave/artifacts';
import { existsSync, readFileSync } from '@radweave/artifacts/files';

/** The most that a browser may take: a report with many pictures takes some seconds. */
const TIMEOUT_MS = 180_000;

/** Flags for a browser that nobody looks at, with a profile of its own. */
export function headlessFlags(profile: string): string[] {
  // Chromium refuses its sandbox to root; the page is ours and loads nothing.
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return [
    '--headless=new',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-background-networking',
    '--no-first-run',
    '--no-default-browser-check',
    `--user-data-dir=${profile}`,
    ...root,
  ];
}

/**
 * Prints an HTML file with a browser.
 *
 * @param browser Program of a browser, see `findBrowser`.
 * @returns the PDF.
 * @throws ResourceError `E_PDF` when the browser ends without one.
 */
export function printPdf(browser: string, htmlPath: string): Promise<Buffer> {
  return inTemporaryFolder('pdf', async (folder) => {
    const pdf = join(folder, 'report.pdf');
    const said = await runBrowser(browser, [
      ...headlessFlags(join(folder, 'profile')),
      '--no-pdf-header-footer',
      `--print-to-pdf=${pdf}`,
      pathToFileURL(htmlPath).href,
    ]);
    if (existsSync(pdf)) return readFileSync(pdf);
    throw new ResourceError('E_PDF', `the browser made no PDF: ${said}`, {
      where: browser,
      hint: 'Open report.html in a browser and print it to a PDF there',
    });
  });
}

/** @returns the end of what the browser said. */
function runBrowser(browser: string, flags: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(browser, flags, { stdio: ['ignore', 'ignore', 'pipe'], timeout: TIMEOUT_MS });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-400);
    });
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(`${signal ?? `exit code ${code}`}. ${said.trim()}`));
  });
}
