/**
 * The libtorch that set-up fetches where there is none, and that prebuilt addons are made for: C++ interfaces of libtorch are not
 * kept from one version to the next, so that an addon fits one version alone.
 */
export const PINNED_TORCH = '2.15.0';
