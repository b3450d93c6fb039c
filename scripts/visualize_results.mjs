#!/usr/bin/env node
// The same as: radweave visualize
import { main } from '../apps/cli/dist/index.js';

process.exitCode = await main(['visualize', ...process.argv.slice(2)]);
