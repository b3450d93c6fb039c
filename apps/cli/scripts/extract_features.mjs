#!/usr/bin/env node
// The same as: radweave extract
import { launch } from '../bin/launch.mjs';

launch(['extract', ...process.argv.slice(2)]);
