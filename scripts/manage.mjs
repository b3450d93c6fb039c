#!/usr/bin/env node
// The radweave command under the name that users of the Python tool know: node scripts/manage.mjs train …
import { launch } from '../apps/cli/bin/launch.mjs';

await launch(process.argv.slice(2));
