#!/usr/bin/env node
// As the Python tool's step 3, this aligns the features of the modalities and nothing else: radweave align. With a flag of
// the classifier it is radweave fuse, like: npx manage fuse
import { launch } from '../bin/launch.mjs';

const CLASSIFIER = ['use_aligned', 'C', 'max_iter', 'random_state', 'no_standardize', 'stack'];
const args = process.argv.slice(2);
const fits = args.some(
  (arg) => arg.startsWith('--') && CLASSIFIER.includes(arg.slice(2).split('=')[0].replace(/-/g, '_')),
);
launch([fits ? 'fuse' : 'align', ...args]);
