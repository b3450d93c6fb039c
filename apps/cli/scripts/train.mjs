#!/usr/bin/env node
// The same as: radweave train
import { launch } from '../bin/launch.mjs';

launch(['train', ...process.argv.slice(2)]);
