#!/usr/bin/env node
// The same as: radweave fuse
import { main } from '../apps/cli/dist/index.js';

process.exitCode = await main(['fuse', ...process.argv.slice(2)]);
