#!/usr/bin/env node
// The same as: radweave fuse
import { launch } from '../apps/cli/bin/launch.mjs';

await launch(['fuse', ...process.argv.slice(2)]);
