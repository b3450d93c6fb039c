// For a checkout: what an installed package has as `npx train`.
import '../apps/cli/scripts/train.mjs';
