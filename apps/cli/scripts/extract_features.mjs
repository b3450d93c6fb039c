#!/usr/bin/env node
// The same as: radweave extract
import { launch } from '../bin/launch.mjs';

await launch(['extract', ...process.argv.slice(2)]);
