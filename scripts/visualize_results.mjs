// For a checkout: what an installed package has as `npx visualize_results`.
import '../apps/cli/scripts/visualize_results.mjs';
