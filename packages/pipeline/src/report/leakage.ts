import { auditFiles, auditFolder, type Config, readAuditRecord } from '@radweave/artifacts';
import { existsSync } from '@radweave/artifacts/files';
import { remark } from '@radweave/remarks';
import type { LeakageCheck, Optional } from '@radweave/report';
import type { UsedFiles } from './used-files.ts';

/**
 * The checks of the newest audit of everything.
 *
 * @param splitHash Of the study's patients: an audit of others says nothing of them.
 */
export function readLeakage(config: Config, splitHash: string, files: UsedFiles): Optional<LeakageCheck[]> {
  const path = auditFiles(auditFolder(config)).record;
  const command = 'radweave audit';
  if (!existsSync(path)) return { missing: { command, reason: null } };
  const { checks, split_hash } = readAuditRecord(path);
  if (split_hash !== splitHash)
    return { missing: { command, reason: remark('other-split', { file: path }) } };
  files.add(path);
  return { value: checks };
}
