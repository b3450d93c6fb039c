#!/usr/bin/env node
// The same as: radweave preprocess
import { launch } from '../bin/launch.mjs';

await launch(['preprocess', ...process.argv.slice(2)]);
