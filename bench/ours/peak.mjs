// The fastest that libtorch's own matrix products and convolutions compute here, GFLOP/s: the limit that shares refer to.
import { hasNativeBf16 } from '../../packages/native/dist/index.js';
import { autocast, dispatch, noGrad, randn, tidy } from '../../packages/torch/dist/index.js';

const ROUNDS = Number(process.argv[2] ?? 7);
/** Emulated bfloat16 takes thirty times as long: one look is enough. */
const ROUNDS_OF = { float32: ROUNDS, bfloat16: hasNativeBf16() ? ROUNDS : 1 };

/** GFLOP/s of the fastest of several calls. */
function fastest(gflop, rounds, compute) {
  const seconds = () => {
    const start = performance.now();
    tidy(compute);
    return (performance.now() - start) / 1000;
  };
  seconds();
  return gflop / Math.min(...Array.from({ length: rounds }, seconds));
}

function matmul(size, dtype) {
  return tidy(() => {
    const a = randn([size, size]).to(dtype);
    const b = randn([size, size]).to(dtype);
    return fastest((2 * size ** 3) / 1e9, ROUNDS_OF[dtype], () => a.matmul(b));
  });
}

/** 3×3 convolution, channels last, weights prepared by oneDNN again at each call as in training. */
function convolution(channels, side, dtype) {
  const batch = 16;
  return tidy(() => {
    const x = randn([batch, channels, side, side]).to(dtype).contiguous('channelsLast');
    const w = randn([channels, channels, 3, 3]).to(dtype).contiguous('channelsLast');
    const gflop = (2 * batch * side ** 2 * channels ** 2 * 9) / 1e9;
    const compute = () => dispatch('conv2d', x, w, null, [1, 1], [1, 1], [1, 1], 1);
    return fastest(gflop, ROUNDS_OF[dtype], compute);
  });
}

const result = {};
for (const [name, dtype] of [
  ['fp32', 'float32'],
  ['bf16', 'bfloat16'],
]) {
  const rates = noGrad(() =>
    autocast({ enabled: false }, () => ({
      'matmul 1024': matmul(1024, dtype),
      'matmul 2048': matmul(2048, dtype),
      'convolution 3×3, 128 channels, 28×28': convolution(128, 28, dtype),
      'convolution 3×3, 256 channels, 14×14': convolution(256, 14, dtype),
    })),
  );
  result[name] = { peak: Math.max(...Object.values(rates)), rates };
}
console.log(JSON.stringify(result));
