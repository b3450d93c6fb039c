#!/usr/bin/env node
// The same as: radweave visualize
import { launch } from '../bin/launch.mjs';

launch(['visualize', ...process.argv.slice(2)]);
