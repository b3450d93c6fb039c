#!/usr/bin/env node
// The radweave command under the name that users of the Python tool know: npx manage train …
import { launch } from '../bin/launch.mjs';

launch(process.argv.slice(2));
