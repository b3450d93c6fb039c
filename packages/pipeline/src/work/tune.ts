import {
  type Config,
  isConfigFile,
  jsonWith,
  type PlannedSearch,
  refuseOthers,
  requireWritable,
  tableWith,
  tuneFiles,
} from '@radweave/artifacts';
import { requireEngineSettings } from '@radweave/network/open/engine-settings';
import { requirePretrained, untrainedNetwork } from '@radweave/network/open/network-source';
import { configuredNetwork } from '@radweave/network/open/network-spec';
import type { StageContext } from '@radweave/study/context/events';
import { rungsOf } from '@radweave/study/search/asha';
import { tidy } from '@radweave/torch';
import { drawSearch, ofSearch, type SearchOptions, type Trial, trialRuns } from './search.ts';

export interface TuneResult {
  /** As trials are trained; its output folder is that of the search. */
  config: Config;
  search: PlannedSearch;
  trials: Trial[];
}

/**
 * Draws the trials of a search and looks at all that can be refused before one is trained. Weights that trials begin with are fetched here.
 *
 * @throws UsageError, DataError or ResourceError that says what of which trial cannot be used.
 */
export async function tune(options: SearchOptions, context: StageContext): Promise<TuneResult> {
  const { modality } = options;
  requireWritable(options.config.experiment.output_dir, '--output_dir');
  const config = ofSearch(options.config, modality);
  refuseOtherSearch(config.experiment.output_dir);
  const { trials, patients, trained_on_hash } = drawSearch({ config, modality }, context);
  const networks = new Map<string, Config>();
  for (const trial of trials) {
    const own = trialRuns({ config, modality }, trial).config;
    networks.set(JSON.stringify(own.model), own);
  }
  for (const own of networks.values()) {
    requireEngineSettings(own);
    const spec = configuredNetwork(own);
    // Whether it has as many stages as are to be frozen, the network itself tells.
    tidy(() => void untrainedNetwork(spec));
    await requirePretrained(spec, context);
  }
  const { reduction } = config.tune;
  const rungs = rungsOf(config.tune, config.training.epochs, trials.length);
  const search = { modality, trials: trials.length, patients, trained_on_hash, rungs, reduction };
  return { config, search, trials };
}

/** @throws UsageError `E_OTHER_FILE`. */
function refuseOtherSearch(folder: string): void {
  const { record, table, best } = tuneFiles('');
  refuseOthers(folder, '--output_dir', 'a file of a search of Radweave', {
    [record]: jsonWith('trials'),
    [table]: tableWith('trial', 'settings'),
    [best]: isConfigFile,
  });
}
