// For a checkout: what an installed package has as `npx fuse_features`.
import '../apps/cli/scripts/fuse_features.mjs';
