import { type PackedGaussian, packedGaussian, packedLength } from '../detection/linear-algebra/packed-gaussian.ts';
import type { Tensor } from './safetensors.ts';
import { refuse, type TemplateRefusal } from './template-fault.ts';

/** Removes the tensor from `unread` and returns it, where width and shape are as they must be. */
export function take(
  unread: Map<string, Tensor>,
  name: string,
  shape: readonly number[],
  width: 4 | 8,
): Tensor['values'] | undefined {
  const tensor = unread.get(name);
  if (tensor === undefined || tensor.values.BYTES_PER_ELEMENT !== width) return undefined;
  if (tensor.shape.length !== shape.length || tensor.shape.some((axis, i) => axis !== shape[i])) return undefined;
  unread.delete(name);
  return tensor.values;
}

/** The tensors `<name>Mean` and `<name>Lower` as a distribution over `size` features. */
export function takeGaussian(
  unread: Map<string, Tensor>,
  name: string,
  size: number,
): PackedGaussian | TemplateRefusal {
  const mean = take(unread, `${name}Mean`, [size], 4);
  const lower = take(unread, `${name}Lower`, [packedLength(size)], 4);
  if (!(mean instanceof Float32Array && lower instanceof Float32Array)) return refuse('shape-mismatch', name);
  for (let i = 0; i < size; i++) {
    if (!((lower[packedLength(i + 1) - 1] ?? 0) > 0)) return refuse('factor-not-positive', name);
  }
  return packedGaussian(mean, lower);
}
