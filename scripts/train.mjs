#!/usr/bin/env node
// The same as: radweave train
import { main } from '../apps/cli/dist/index.js';

process.exitCode = await main(['train', ...process.argv.slice(2)]);
