#!/usr/bin/env node
// The radweave command under the name that users of the Python tool know: node scripts/manage.mjs train …
import { main } from '../apps/cli/dist/index.js';

process.exitCode = await main(process.argv.slice(2));
