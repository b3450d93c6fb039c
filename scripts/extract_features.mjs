#!/usr/bin/env node
// The same as: radweave extract
import { main } from '../apps/cli/dist/index.js';

process.exitCode = await main(['extract', ...process.argv.slice(2)]);
