/** The page's only script: saves a figure as SVG or a table as CSV, from what the page shows. */
export const SCRIPT: string = `
'use strict';
const save = (name, type, text) => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
};
const svgText = (button) => {
  const svg = button.closest('figure').querySelector('svg').cloneNode(true);
  svg.removeAttribute('style');
  return '<?xml version="1.0" encoding="UTF-8"?>\\n' + new XMLSerializer().serializeToString(svg) + '\\n';
};
const cellText = (cell) => {
  const copy = cell.cloneNode(true);
  for (const mark of copy.querySelectorAll('sup')) mark.remove();
  const shown = copy.textContent.trim();
  // A spreadsheet would compute these.
  const text = /^(?:[=@]|[-+](?![-\\d.\\s(),–−;%]*$))/.test(shown) ? "'" + shown : shown;
  return /[",\\n\\r]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
};
const csvText = (button) =>
  [...button.closest('.table').querySelector('table').rows].map((row) => [...row.cells].map(cellText).join(',') + '\\n').join('');
document.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (button === null) return;
  const { svg, csv } = button.dataset;
  if (svg !== undefined) save(svg + '.svg', 'image/svg+xml', svgText(button));
  if (csv !== undefined) save(csv + '.csv', 'text/csv', csvText(button));
});
`;
