import { hashFile, locatedFromOutput, relativeToOutput } from '@radweave/artifacts';

/** Files a report was made from, as the evaluation names them: relative to the output folder, with forward slashes. */
export class UsedFiles {
  private readonly hashes = new Map<string, string>();
  private readonly outputDir: string;

  constructor(outputDir: string) {
    this.outputDir = outputDir;
  }

  /** Where a file that the evaluation names lies. */
  locate(name: string): string {
    return locatedFromOutput(this.outputDir, name);
  }

  /** Notes a file; its content is read once. @returns its SHA-256 (hex). */
  add(path: string): string {
    const name = relativeToOutput(this.outputDir, path);
    const known = this.hashes.get(name);
    if (known !== undefined) return known;
    const sha256 = hashFile(path);
    this.hashes.set(name, sha256);
    return sha256;
  }

  list(): { path: string; sha256: string }[] {
    return [...this.hashes].map(([path, sha256]) => ({ path, sha256 }));
  }
}
