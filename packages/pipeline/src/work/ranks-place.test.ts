import { expect, test } from 'vitest';
import { placeIn } from './ranks-place.ts';

const MEETING = { MASTER_ADDR: 'node1', MASTER_PORT: '29500' };
const PLACE = {
  rank: 1,
  size: 4,
  onThisMachine: undefined,
  localRank: undefined,
  address: 'node1',
  port: 29500,
};

test("torchrun's, Slurm's and Open MPI's variables give a process its place, torchrun's first, and PyTorch's its network interface", () => {
  const slurm = { SLURM_PROCID: '1', SLURM_NTASKS: '4' };
  expect(placeIn({ ...MEETING, ...slurm })).toEqual(PLACE);
  expect(placeIn({ ...MEETING, ...slurm, SLURM_LOCALID: '0' })).toEqual({ ...PLACE, localRank: 0 });
  expect(
    placeIn({ ...MEETING, ...slurm, RANK: '2', WORLD_SIZE: '3', LOCAL_WORLD_SIZE: '3', LOCAL_RANK: '2' }),
  ).toEqual({
    ...PLACE,
    ...{ rank: 2, size: 3, onThisMachine: 3, localRank: 2 },
  });
  const mpi = {
    ...{ OMPI_COMM_WORLD_RANK: '1', OMPI_COMM_WORLD_SIZE: '4' },
    ...{ OMPI_COMM_WORLD_LOCAL_SIZE: '2', OMPI_COMM_WORLD_LOCAL_RANK: '1' },
  };
  const through = { GLOO_SOCKET_IFNAME: 'eth1' };
  expect(placeIn({ ...MEETING, ...mpi, ...through })).toEqual({
    ...PLACE,
    ...{ onThisMachine: 2, localRank: 1, interface: 'eth1' },
  });
});

test('a process is alone without a place to meet, and as the only one', () => {
  expect(placeIn({})).toBeNull();
  expect(placeIn({ SLURM_PROCID: '0', SLURM_NTASKS: '4' })).toBeNull();
  expect(placeIn({ ...MEETING, RANK: '0', WORLD_SIZE: '1' })).toBeNull();
});

test.each([
  [{ RANK: '0', WORLD_SIZE: '2', MASTER_ADDR: 'node1' }],
  [{ ...MEETING, RANK: '2', WORLD_SIZE: '2' }],
  [{ ...MEETING, RANK: 'first', WORLD_SIZE: '2' }],
  [{ ...MEETING, MASTER_PORT: 'any', RANK: '0', WORLD_SIZE: '2' }],
  [MEETING],
])('variables that give no place are misuse: %o', (env) => {
  expect(() => placeIn(env)).toThrow(expect.objectContaining({ code: 'E_RANKS', exitCode: 2 }));
});
