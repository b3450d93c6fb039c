#!/usr/bin/env node
// As the Python tool's step 3, this aligns the features of the modalities and nothing else: radweave align. With a flag of
// the classifier it is radweave fuse, like: node scripts/manage.mjs fuse
import { launch } from '../apps/cli/bin/launch.mjs';
import { canonicalFlag } from '../packages/artifacts/dist/index.js';

const CLASSIFIER = ['use_aligned', 'C', 'max_iter', 'random_state', 'no_standardize', 'stack'];
const args = process.argv.slice(2);
const fits = args.some(
  (arg) => arg.startsWith('--') && CLASSIFIER.includes(canonicalFlag(arg.split('=')[0])),
);
await launch([fits ? 'fuse' : 'align', ...args]);
