// For a checkout: what an installed package has as `npx extract_features`.
import '../apps/cli/scripts/extract_features.mjs';
