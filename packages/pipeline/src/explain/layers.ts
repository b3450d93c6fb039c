import { MAP_NAMES, type MapMethod, UsageError } from '@radweave/artifacts';
import { gridAt, whyEmpty } from '@radweave/network/explain/class-maps';
import type { FeatureNetwork } from '@radweave/network/open/feature-network';
import { offer } from '@radweave/remarks';
import { fromTypedArray, type Tensor, tidy } from '@radweave/torch';

/** The layer whose maps are drawn. @throws UsageError `E_LAYER` where the network has none of this name. */
export function requireLayer({ model, name }: FeatureNetwork, wanted: string | null): string {
  const layer = wanted ?? model.mapLayer;
  if (model.mapLayers.includes(layer)) return layer;
  throw new UsageError('E_LAYER', `${name} has no layer '${layer}'`, {
    where: 'explanation.layer',
    hint: offer(layer, model.mapLayers, `leave it out for ${model.mapLayer}`),
  });
}

/** @throws UsageError `E_MAP_METHOD` where the method gives no maps at this layer, whatever the slices. */
export function requireMaps(network: FeatureNetwork, layer: string, method: MapMethod): void {
  const reason = probe(network, (x) => whyEmpty(network.model, x, { layer, method }));
  if (reason === null) return;
  const layers = layersWithMaps(network, method);
  const hints = [
    ...(reason === 'cancels' ? ['--method grad-cam'] : []),
    ...(layers.length === 0 ? [] : [`another --layer (${layers.join(', ')})`]),
  ];
  const text =
    reason === 'unused'
      ? 'the logits do not depend on its positions'
      : 'a layer norm follows, under which activation times gradient adds up to 0 at every position';
  throw new UsageError(
    'E_MAP_METHOD',
    `${MAP_NAMES[method]} has nothing to show at ${layer} of ${network.name}: ${text}`,
    {
      where: reason === 'unused' ? 'explanation.layer' : 'explanation.method',
      hint: `Use ${hints.join(', or ')}`,
    },
  );
}

/** The layers at which a method has maps of more values than these. */
export function finerLayers(
  network: FeatureNetwork,
  method: MapMethod,
  [height, width]: readonly [number, number],
): string[] {
  return layersWithMaps(network, method).filter((layer) => {
    const [h, w] = probe(network, (x) => gridAt(network.model, x, layer));
    return h * w > height * width;
  });
}

function layersWithMaps(network: FeatureNetwork, method: MapMethod): string[] {
  const { model } = network;
  return model.mapLayers.filter(
    (layer) => probe(network, (x) => whyEmpty(model, x, { layer, method })) === null,
  );
}

/** Asks the network about a slice of noise: what is asked is a matter of how it is built. */
function probe<T>({ model, imageSize, compute }: FeatureNetwork, ask: (x: Tensor) => T): T {
  const shape = [1, model.inChans, imageSize, imageSize];
  const noise = Float32Array.from({ length: model.inChans * imageSize ** 2 }, (_, i) => Math.sin(i));
  return tidy(() => ask(fromTypedArray(noise, shape, { device: compute.device })));
}
