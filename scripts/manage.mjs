// For a checkout: what an installed package has as `npx manage`.
import '../apps/cli/scripts/manage.mjs';
