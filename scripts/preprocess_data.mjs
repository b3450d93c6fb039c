#!/usr/bin/env node
// The same as: radweave preprocess
import { main } from '../apps/cli/dist/index.js';

process.exitCode = await main(['preprocess', ...process.argv.slice(2)]);
