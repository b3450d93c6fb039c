/// <reference types="node" preserve="true" />
/** Prints reports with an installed browser. */
export { findBrowser } from './find.ts';
export { printPdf } from './print.ts';
