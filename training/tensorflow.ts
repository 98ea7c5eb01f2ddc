import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import nodeUtil from 'node:util';

/** The operations of tfjs, whichever copy of it was loaded. Tensors of two copies do not mix: use only this one. */
export type Tensorflow = typeof import('@tensorflow/tfjs-core');
export type Tensor3D = import('@tensorflow/tfjs-core').Tensor3D;

export const trainingBackends = ['auto', 'tfjs-node', 'wasm'] as const;
/** `auto`: tfjs-node where it was set up, else wasm. The others: that one, or an error that says what to do. */
export type TrainingBackend = (typeof trainingBackends)[number];

export interface LoadedTensorflow {
  tf: Tensorflow;
  backend: 'tfjs-node' | 'wasm';
  /** Why this backend, in words for a report. */
  why: string;
}

/**
 * Loads TensorFlow.js and sets the process's backend to the one it names: use one at a time. Throws where the demanded backend cannot be loaded.
 */
export async function loadTensorflow(wanted: TrainingBackend = 'auto'): Promise<LoadedTensorflow> {
  if (wanted === 'wasm') return { ...(await loadWasm()), why: 'asked for' };
  const native = await loadNative();
  if (native.ok) return { tf: native.tf, backend: 'tfjs-node', why: wanted === 'auto' ? 'it is set up' : 'asked for' };
  if (wanted === 'tfjs-node') throw new Error(`tfjs-node ${native.why}: run \`npm run setup:tfjs-node\``);
  return { ...(await loadWasm()), why: `tfjs-node ${native.why}; \`npm run setup:tfjs-node\` brings it` };
}

async function loadWasm(): Promise<{ tf: Tensorflow; backend: 'wasm' }> {
  const tf = await import('@tensorflow/tfjs-core');
  // Registers the backend and its kernels. It finds its own binary beside itself, from sources, dist and Jest alike.
  await import('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend('wasm'))) throw new Error('the WebAssembly backend of TensorFlow.js does not start here');
  return { tf, backend: 'wasm' };
}

type NativeOutcome = { ok: true; tf: Tensorflow } | { ok: false; why: string };

/** From `native/tfjs-node`, a package of its own: as a dependency of ours it would cost every install 200 MB. */
async function loadNative(): Promise<NativeOutcome> {
  // tfjs-node 4.22 calls two functions that Node 23 removed.
  const util: { isNullOrUndefined?: (value: unknown) => boolean; isArray?: (value: unknown) => boolean } = nodeUtil;
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
  for (const root of ['..', '../..']) {
    const manifest = join(fileURLToPath(new URL(root, import.meta.url)), 'native', 'tfjs-node', 'package.json');
    try {
      const tf = createRequire(manifest)('@tensorflow/tfjs-node') as Tensorflow;
      // Said each time: all copies of tfjs in a process share one engine, which may have been set to wasm before.
      if (await tf.setBackend('tensorflow')) return { ok: true, tf };
      return { ok: false, why: 'is there, but its backend does not start' };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'MODULE_NOT_FOUND') return { ok: false, why: `does not load (${message.split('\n')[0]})` };
    }
  }
  return { ok: false, why: 'is not set up' };
}
