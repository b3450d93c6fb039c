// For a checkout: what an installed package has as `npx preprocess_data`.
import '../apps/cli/scripts/preprocess_data.mjs';
