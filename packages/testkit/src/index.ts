/** Test support shared by every package. Never a dependency of published code. */

export { filesBelow } from './files.ts';
export { freePort } from './free-port.ts';
export { needs, onLinux, onPosix } from './needs.ts';
export { useNewestLibtorch } from './newest-libtorch.ts';
export { OBJECT_SERVER_NEEDS, ObjectServer } from './object-server.ts';
export { peersPython } from './peers-place.ts';
export { PythonSession, PythonShell } from './python-session.ts';
export { rJson, rTest } from './r.ts';
export { onEachFile } from './reads.ts';
export { type PythonOptions, peerTest, python, pythonJson, referenceTest, skipOrFail } from './reference.ts';
export { needShared, sharedTest } from './shared.ts';
export { afterEachFileChange, copyTree } from './snapshots.ts';
export { tempDir } from './temp.ts';
export { withoutRoot } from './without-root.ts';
