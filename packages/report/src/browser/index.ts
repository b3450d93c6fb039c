/// <reference types="node" preserve="true" />
export { findBrowser } from './find.ts';
export { printPdf } from './print.ts';
