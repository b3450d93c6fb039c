export interface HostFacts {
  platform: NodeJS.Platform;
  arch: string;
  /** glibc's version; undefined on Linux with another C library, and elsewhere. */
  glibc: string | undefined;
}

/** The least glibc of libtorch's builds, of Node.js's, and of the prebuilt engine (scripts/prebuild.mjs). */
export const LEAST_GLIBC = [2, 28] as const;

export function hostFacts(): HostFacts {
  const { platform, arch } = process;
  if (platform !== 'linux') return { platform, arch, glibc: undefined };
  const { report } = process;
  // Where this is not known, asking takes seconds on machines with many connections.
  if ('excludeNetwork' in report) report.excludeNetwork = true;
  const { header } = report.getReport() as { header: { glibcVersionRuntime?: string } };
  return { platform, arch, glibc: header.glibcVersionRuntime };
}

/** Why the engine can never run here, with what would work; undefined where it can. One line. */
export function whyNever({ platform, arch, glibc }: HostFacts): string | undefined {
  if (!['linux', 'darwin', 'win32'].includes(platform)) {
    return `libtorch is not made for ${platform}: use Linux, Windows or macOS`;
  }
  if (arch !== 'x64' && arch !== 'arm64') {
    return `libtorch needs a processor of 64 bits and a Node.js for it (x64 or arm64); this Node.js is for ${arch}`;
  }
  if (platform !== 'linux') return undefined;
  const container =
    'use a system with it (Debian 10, Ubuntu 20.04, RHEL 8 or newer) or the container of docs/install.md';
  const least = LEAST_GLIBC.join('.');
  if (glibc === undefined)
    return `This Linux has musl (as Alpine), and libtorch needs glibc ${least} or newer: ${container}`;
  const [major = 0, minor = 0] = glibc.split('.').map(Number);
  const isOld = major < LEAST_GLIBC[0] || (major === LEAST_GLIBC[0] && minor < LEAST_GLIBC[1]);
  return isOld
    ? `This Linux has glibc ${glibc}, and libtorch needs ${least} or newer: ${container}`
    : undefined;
}
