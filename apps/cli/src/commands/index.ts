import type { Define } from './define.ts';

interface Entry {
  name: string;
  summary: string;
  load: () => Promise<{ define: Define }>;
}

/** Every command; its file is loaded only when it is the one that runs. */
export const COMMANDS: readonly Entry[] = [
  { name: 'setup', summary: 'find libtorch and build the engine', load: () => import('./setup.ts') },
  {
    name: 'doctor',
    summary: 'show the state of the engine on this machine',
    load: () => import('./doctor.ts'),
  },
  {
    name: 'models',
    summary: 'list models, show what is known of one, download its pretrained weights, export trained ones',
    load: () => import('./models.ts'),
  },
  {
    name: 'preprocess',
    summary: 'scan raw folders, check every image, split patients',
    load: () => import('./preprocess.ts'),
  },
  { name: 'train', summary: 'train the network of one modality', load: () => import('./train.ts') },
  { name: 'extract', summary: 'extract patient-level features', load: () => import('./extract.ts') },
  { name: 'align', summary: 'put modalities into one patient order', load: () => import('./align.ts') },
  { name: 'fuse', summary: 'fuse modalities and fit the classifier', load: () => import('./fuse.ts') },
  {
    name: 'evaluate',
    summary: 'judge every model per patient and hospital, with intervals and tests',
    load: () => import('./evaluate.ts'),
  },
  {
    name: 'audit',
    summary: 'search splits, images, checkpoints, features and fusion for leaks',
    load: () => import('./audit.ts'),
  },
  {
    name: 'harmonize',
    summary: 'audit the site effect and harmonise external hospitals, apart from the primary analysis',
    load: () => import('./harmonize.ts'),
  },
  { name: 'predict', summary: 'apply a fused model to new patients', load: () => import('./predict.ts') },
  {
    name: 'visualize',
    summary: 'draw curves, ROC, confusion matrices and feature maps',
    load: () => import('./visualize.ts'),
  },
  {
    name: 'explain',
    summary: 'Grad-CAM montages of the most and least confident right and wrong patients',
    load: () => import('./explain.ts'),
  },
  {
    name: 'report',
    summary: 'write the report of the study as one HTML file, and as PDF',
    load: () => import('./report.ts'),
  },
  {
    name: 'verify',
    summary: 'make split, fusion and evaluation of a run again and say what differs',
    load: () => import('./verify.ts'),
  },
  {
    name: 'run',
    summary: 'all steps in order, skipping what has not changed',
    load: () => import('./run.ts'),
  },
  {
    name: 'profile',
    summary: 'show where the time of a training step and an extraction batch goes',
    load: () => import('./profile.ts'),
  },
  { name: 'config', summary: 'show every configuration key', load: () => import('./config.ts') },
  { name: 'demo', summary: 'run everything on a synthetic cohort', load: () => import('./demo.ts') },
];
