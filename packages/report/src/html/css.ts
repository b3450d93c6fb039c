/** Looks of the page: on a wide screen, on a narrow one, and on paper. */
export const CSS: string = `
:root { color-scheme: light; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --tint: #f3f6f9; --mark: #0b4f8a; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; overflow-wrap: break-word; color: var(--ink); background: #fff; line-height: 1.5;
  font: 16px/1.5 system-ui, "Segoe UI", "DejaVu Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
header, nav, main { max-width: 1180px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 14px; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.2; }
h2 { margin: 48px 0 12px; padding-bottom: 4px; border-bottom: 2px solid var(--mark); font-size: 1.35rem; }
h3 { margin: 20px 0 8px; font-size: 1.05rem; }
h1, h2, h3 { overflow-wrap: anywhere; }
p, li { max-width: 80ch; overflow-wrap: anywhere; }
a { color: var(--mark); }
:focus-visible { outline: 3px solid #e69f00; outline-offset: 2px; }
.sub, .remark, .missing { color: var(--soft); }
.sub { margin: 4px 0 0; font-size: .92rem; }
.found { padding: 10px 14px 10px 2em; border-left: 4px solid var(--mark); background: var(--tint); }
.missing { padding: 10px 14px; border-left: 4px solid var(--line); background: var(--tint); }
nav { font-size: .88rem; }
nav ol { margin: 0; padding-left: 1.8em; columns: 13em; column-gap: 2.2em; }
nav h2 { margin: 10px 0 0; padding: 0; border: 0; font-size: .92rem; }
main > section:first-child h2 { margin-top: 20px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); gap: 14px; }
.card { min-width: 0; padding: 12px 16px; border: 1px solid var(--line); border-top: 4px solid var(--mark); border-radius: 4px; }
.card h3 { margin: 0; font-size: 1rem; }
.card p { margin: 0; }
.card ul { margin: 6px 0; padding-left: 0; list-style: none; }
.card .big { font-size: 1.7rem; font-weight: 700; }
.card .n { color: var(--soft); }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 500px), 1fr)); gap: 20px; align-items: start; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 480px), 1fr)); gap: 20px; align-items: start; }
.grid, .gallery { margin-bottom: 20px; }
figure { margin: 0 0 20px; min-width: 0; }
.grid > figure, .gallery > figure { margin: 0; }
.plot { overflow-x: auto; border: 1px solid var(--line); border-radius: 4px; background: #fff; }
.plot svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
img { display: block; max-width: 100%; height: auto; border: 1px solid var(--line); }
figcaption { margin-top: 6px; font-size: .92rem; max-width: 80ch; overflow-wrap: anywhere; }
.table { margin: 0 0 20px; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 4px; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; font-variant-numeric: tabular-nums; }
caption { padding: 10px 12px; text-align: left; font-size: .95rem; }
caption span { display: block; position: sticky; left: 12px; width: fit-content; max-width: min(110ch, 100vw - 64px); }
th, td { padding: 6px 10px; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { background: var(--tint); vertical-align: bottom; }
tbody th { font-weight: 600; }
td.number, th.number { text-align: right; }
td.number span { white-space: nowrap; }
thead th:first-child, tbody th { position: sticky; left: 0; background: #fff; }
thead th:first-child { background: var(--tint); }
tbody tr:nth-child(even) > * { background: #fafbfc; }
.long { min-width: 7em; overflow-wrap: anywhere; }
sup { color: var(--mark); line-height: 0; }
.notes { margin: 6px 0 0; padding-left: 2em; list-style: lower-alpha; font-size: .85rem; color: var(--soft); }
.tools { margin: 6px 0 0; }
button { padding: 5px 12px; border: 1px solid var(--line); border-radius: 4px; background: var(--tint); color: var(--ink);
  font: inherit; font-size: .85rem; cursor: pointer; }
button:hover { border-color: var(--mark); }
pre { overflow: auto; max-height: 480px; padding: 12px 16px; border: 1px solid var(--line); border-radius: 4px; background: var(--tint);
  font: .85rem/1.45 ui-monospace, "DejaVu Sans Mono", Consolas, monospace; }
.references li { margin-bottom: 4px; }
main { padding-bottom: 60px; }
@media (max-width: 600px) {
  body { font-size: 15px; }
  header, nav, main { padding-left: 14px; padding-right: 14px; }
  th, td { padding: 5px 7px; }
}
@media screen {
  .wide :is(th, td):not(.long) { word-break: keep-all; }
  .wide tbody th { min-width: 7em; }
  .wide th, .wide td { padding: 5px 4px; font-size: .82rem; }
  .scroll::-webkit-scrollbar { height: 12px; }
  .scroll::-webkit-scrollbar-thumb { border-radius: 6px; background: var(--soft); }
}
@page { size: A4; margin: 15mm; }
@page wide { size: A4 landscape; margin: 12mm; }
@media print {
  body { font-size: 10pt; }
  header, nav, main { max-width: none; padding: 0; }
  .tools { display: none; }
  h2 { break-after: avoid; margin-top: 24pt; }
  h3, caption { break-after: avoid; }
  figure, .card, tr { break-inside: avoid; }
  thead { display: table-header-group; }
  .grid { grid-template-columns: 1fr 1fr; gap: 12pt; }
  .gallery { grid-template-columns: 1fr 1fr; gap: 10pt; }
  .plot, .scroll { overflow: visible; border: 0; }
  .plot svg { min-width: 0 !important; max-height: 210mm; }
  caption, figcaption { font-size: 9pt; }
  table { font-size: 8pt; }
  th, td { padding: 2pt 4pt; }
  .wide, section:has(> h2 + .wide) > h2 { page: wide; }
  .wide table { font-size: 7pt; }
  .wide th, .wide td { padding: 1.5pt 2pt; }
  pre { white-space: pre-wrap; max-height: none; font-size: 8pt; }
  thead th:first-child, tbody th { position: static; }
  caption span { max-width: none; }
  a { color: inherit; text-decoration: none; }
}
`;
