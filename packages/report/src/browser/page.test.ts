import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { skipOrFail, tempDir } from '@radweave/testkit';
import { test as base, expect, type TestContext } from 'vitest';
import { buildReport } from '../build.ts';
import { Page } from '../testing/chromium.ts';
import { study } from '../testing/study.ts';
import type { Language } from '../words/words.ts';
import { findBrowser } from './find.ts';
import { printPdf } from './print.ts';

const HOSTILE = `"'><img src=x onerror="window.hacked=1"></textarea></svg><script>window.hacked=1</script>&amp;<!--`;
const LONG = {
  'Sun Yat-sen Memorial Hospital of Guangzhou': [0, 1, 0, 1, 1],
  广州医科大学附属第一医院影像中心: [0, 1, 1],
};

/** A test in a real browser: skipped with a message where none is installed; in CI that fails. */
function browserTest(name: string, body: (page: Page, context: TestContext) => Promise<void>): void {
  base(name, async (context) => {
    const page = await Page.open();
    if (page === undefined) return skipOrFail(context, 'no browser of Chromium’s family is installed');
    try {
      await body(page, context);
    } finally {
      await page.close();
    }
  });
}

/** Writes a report and tells where. */
async function written(wish: Parameters<typeof study>[0] = {}, language: Language = 'en'): Promise<string> {
  const path = join(tempDir(), 'report.html');
  writeFileSync(path, await buildReport(study(wish), language));
  return path;
}

browserTest('opened from disk it logs no error, loads nothing and runs nothing of the data', async (page) => {
  await page.show(await written({ hostile: HOSTILE }), 1280);
  expect(await page.evaluate('document.querySelectorAll("section").length')).toBe(23);
  expect(await page.evaluate('window.hacked')).toBeUndefined();
  expect(
    await page.evaluate(
      'performance.getEntriesByType("resource").filter((one) => !one.name.startsWith("data:")).length',
    ),
  ).toBe(0);
  expect(page.errors).toEqual([]);
});

browserTest(
  'the policy stops a script that is not ours, and that is an error the test above would see',
  async (page) => {
    const path = await written();
    const text = await buildReport(study(), 'en');
    writeFileSync(path, text.replace('</main>', '<script>window.hacked=1</script></main>'));
    await page.show(path, 1280);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(page.errors.join()).toContain('Content Security Policy');
  },
);

/** Elements that reach beyond the right edge, outside of boxes that scroll by themselves. */
const OVERFLOWING = `[...document.querySelectorAll('main *, header *, nav *')]
  .filter((one) => !one.closest('.plot, .scroll, pre') && one.getBoundingClientRect().right > innerWidth + 0.5)
  .map((one) => one.outerHTML.slice(0, 80))`;

for (const language of ['en', 'zh'] as const) {
  browserTest(`at 375 and 1280 pixels nothing makes the page scroll sideways (${language})`, async (page) => {
    const path = await written(
      { external: LONG, hostile: '_and_a_name_without_any_space_that_is_long_enough' },
      language,
    );
    for (const width of [375, 1280]) {
      await page.show(path, width);
      expect(await page.evaluate('innerWidth')).toBe(width);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      expect(await page.evaluate(OVERFLOWING)).toEqual([]);
    }
  });

  browserTest(
    `at 1200 pixels and on paper no table is too wide, and the summary begins high (${language})`,
    async (page) => {
      for (const classes of [2, 3]) {
        const path = await written({ classes, external: LONG }, language);
        await page.show(path, 1200);
        const scrolling = `[...document.querySelectorAll('.scroll')]
        .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.ariaLabel)`;
        expect(await page.evaluate(scrolling)).toEqual([]);
        expect(await page.evaluate('document.querySelector("main").offsetTop')).toBeLessThan(300);
        // A4 within its margins, upright and laid across.
        for (const [width, tables] of Object.entries({ 680: '.table:not(.wide)', 1032: '.wide' })) {
          await page.show(path, Number(width), 'print');
          const wider = `[...document.querySelectorAll('${tables} table')]
          .filter((one) => one.offsetWidth > innerWidth).map((one) => one.caption.textContent)`;
          expect(await page.evaluate(wider)).toEqual([]);
        }
      }
    },
  );

  browserTest(`every figure has a picture, and no text of one leaves it (${language})`, async (page) => {
    await page.show(await written({ external: LONG }, language), 1280);
    expect(
      await page.evaluate(`[...document.querySelectorAll('figure')]
        .filter((one) => one.querySelector('svg, img, .missing') === null).map((one) => one.id)`),
    ).toEqual([]);
    expect(await page.evaluate('document.querySelectorAll("figure svg").length')).toBeGreaterThan(15);
    const outside = await page.evaluate(`[...document.querySelectorAll('.plot svg')].flatMap((svg) => {
      const frame = svg.getBoundingClientRect();
      return [...svg.querySelectorAll('text')].filter((text) => {
        const box = text.getBoundingClientRect();
        return box.width > 0 && (box.left < frame.left - 1 || box.right > frame.right + 1 ||
          box.top < frame.top - 1 || box.bottom > frame.bottom + 1);
      }).map((text) => text.textContent);
    })`);
    expect(outside).toEqual([]);
    // A label that was cut ends with dots.
    expect(
      await page.evaluate(
        `[...document.querySelectorAll('.plot text')].filter((one) => one.textContent.endsWith('…')).length`,
      ),
    ).toBe(0);
  });
}

browserTest('in wide tables no word is broken, and the head stays low (zh)', async (page) => {
  await page.show(await written({ external: LONG }, 'zh'), 1280);
  const lines = `(cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell.firstChild);
    return range.getClientRects().length;
  }`;
  expect(
    await page.evaluate(`[...document.querySelectorAll('.wide tbody :is(th, td:not(.number))')]
      .filter((cell) => cell.firstChild && ['融合', '合计', '外部测试集'].includes(cell.firstChild.textContent))
      .map(${lines}).every((count) => count === 1)`),
  ).toBe(true);
  expect(
    await page.evaluate(`Math.max(...[...document.querySelectorAll('.wide thead')]
      .map((head) => head.getBoundingClientRect().height))`),
  ).toBeLessThan(100);
});

/** Clicks the first button of a kind and gives the file's name, type and text. */
const clickButton = (kind: 'svg' | 'csv'): string => `(async () => {
  const blobs = [], names = [];
  const create = URL.createObjectURL;
  URL.createObjectURL = (blob) => { blobs.push(blob); return create.call(URL, blob); };
  HTMLAnchorElement.prototype.click = function () { names.push(this.download); };
  document.querySelector('#flow button[data-${kind}]').click();
  return [names[0], blobs[0].type, await blobs[0].text()];
})()`;

browserTest('a figure is saved as SVG and a table as CSV', async (page) => {
  await page.show(await written({ hostile: ' "a", b' }), 1280);
  const [svgName, svgType, svg] = (await page.evaluate(clickButton('svg'))) as string[];
  expect([svgName, svgType]).toEqual(['flow.svg', 'image/svg+xml']);
  expect(svg).toMatch(
    /^<\?xml version="1.0" encoding="UTF-8"\?>\n<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"[\s\S]*<\/svg>\n$/,
  );
  const [csvName, csvType, csv] = (await page.evaluate(clickButton('csv'))) as string[];
  expect([csvName, csvType]).toEqual(['exclusions.csv', 'text/csv']);
  expect(csv).toBe(
    'Patients,Hospital,Reason,Detail\n"X1 ""a"", b","JM ""a"", b",a modality is missing,"no slices of P ""a"", b"\n',
  );
});

base('the report is printed to a PDF', async (context) => {
  const browser = findBrowser();
  if (browser === undefined) return skipOrFail(context, 'no browser of Chromium’s family is installed');
  const pdf = await printPdf(browser, await written());
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThan(5);
});

base('a browser that makes no PDF is named, with what else to do', async () => {
  await expect(printPdf(process.execPath, join(tempDir(), 'none.html'))).rejects.toThrow(
    /no PDF.*print it to a PDF there/s,
  );
});

base('browsers are looked for on the path and where each system installs them', () => {
  const folder = tempDir();
  writeFileSync(join(folder, 'google-chrome'), '');
  expect(findBrowser('linux', { PATH: folder })).toBe(join(folder, 'google-chrome'));
  expect(findBrowser('linux', { PATH: '' })).toBeUndefined();
  expect(findBrowser('win32', {})).toBeUndefined();
});
