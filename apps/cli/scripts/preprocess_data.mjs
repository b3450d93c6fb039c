#!/usr/bin/env node
// The same as: radweave preprocess
import { launch } from '../bin/launch.mjs';

launch(['preprocess', ...process.argv.slice(2)]);
