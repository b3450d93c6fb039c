import {
  type Config,
  type PlannedSearch,
  type PlannedTask,
  readTrialResult,
  replaceFilesTogether,
  type SearchedTrial,
  studyOfSearch,
  type TrialResult,
  trialIn,
  trialRow,
  tuneFiles,
  writeConfig,
  writeSearch,
  writeTrials,
} from '@radweave/artifacts';
import { rmSync } from '@radweave/artifacts/files';
import { counted } from '@radweave/remarks';
import { RunFolder } from '@radweave/study/runs/run-folder';
import { type Known, mayGoOn, nextPieces, type Piece } from '@radweave/study/search/asha';
import { checked, readSpace } from '@radweave/study/search/space';
import type { Runner } from '../job/job.ts';
import type { Board } from './board.ts';
import type { OpenPlan } from './open-plan.ts';

/** The tasks of a search: a piece of a trial each, and the end. */
export class SearchTasks {
  readonly search: PlannedSearch;
  private readonly plan: OpenPlan;
  private readonly results = new Map<string, TrialResult>();

  constructor(plan: OpenPlan, search: PlannedSearch) {
    this.plan = plan;
    this.search = search;
  }

  /** Those of the open ones that the search wants now, in its order; none where it is over or cannot end. */
  wanted(open: readonly PlannedTask[], board: Board): PlannedTask[] {
    const byName = new Map(open.map((task) => [task.name, task]));
    const pieces = nextPieces(this.search, this.known(board)).flatMap(
      (piece) => byName.get(this.taskOf(piece)?.name ?? '') ?? [],
    );
    if (pieces.length > 0) return pieces;
    const isFailed = this.plan.plan.tasks.some(({ name }) => board.record(name)?.state === 'failed');
    return isFailed ? [] : open.filter(({ rung }) => rung === undefined);
  }

  async perform(task: PlannedTask, board: Board, runner: Runner): Promise<unknown> {
    const { config } = this.plan;
    const { modality, part: trial, rung } = task;
    if (trial === null || rung === undefined) return await this.end(board);
    const epochs = this.search.rungs[rung] ?? config.training.epochs;
    const outcome = await runner.run('tune_trial', { config, modality, trial, epochs }, () => undefined);
    const score = outcome.score?.toFixed(3) ?? `none, for ${outcome.note}`;
    runner.say(`${task.name}: AUC ${score} after at most ${counted(epochs, 'epoch')}`);
    if (outcome.isKept) return 'unchanged';
    this.dropCheckpoints({ trial, rung }, outcome, board);
    return 'done';
  }

  private taskOf({ trial, rung }: Piece): PlannedTask | undefined {
    return this.plan.plan.tasks[(trial - 1) * this.search.rungs.length + rung];
  }

  private known(board: Board): Known {
    return {
      scoreOf: (piece) => {
        const task = this.taskOf(piece);
        return task !== undefined && board.isDone(task.name) ? this.resultOf(task).score : undefined;
      },
      isBegun: (piece) => board.record(this.taskOf(piece)?.name ?? '') !== null,
    };
  }

  private resultOf({ outputs: [path = ''] }: PlannedTask): TrialResult {
    const result = this.results.get(path) ?? readTrialResult(path);
    this.results.set(path, result);
    return result;
  }

  /** Deletes the weights of trials that can no longer go on from here: a fold has four times the size of its network. */
  private dropCheckpoints(done: Piece, { score }: TrialResult, board: Board): void {
    const { rung } = done;
    const { scoreOf, isBegun } = this.known(board);
    const pieces = Array.from({ length: this.search.trials }, (_, i): Piece => ({ trial: i + 1, rung }));
    // This one is on record only when it returns.
    const scores = pieces.map((piece) => (piece.trial === done.trial ? score : scoreOf(piece)));
    const known: Known = { scoreOf: ({ trial }) => scores[trial - 1], isBegun };
    for (const piece of pieces) {
      if (scores[piece.trial - 1] === undefined || isBegun({ ...piece, rung: rung + 1 })) continue;
      if (!mayGoOn(piece, this.search, known)) this.drop(piece);
    }
  }

  private drop(piece: Piece): void {
    const { config } = this.plan;
    const { output_dir } = config.experiment;
    const name = trialIn(this.taskOf(piece)?.outputs[0] ?? '');
    for (let fold = 1; fold <= config.tune.folds; fold++) {
      const { best, last } = new RunFolder(output_dir, `${name}_fold${fold}`);
      for (const path of [best, last]) rmSync(path, { force: true });
    }
  }

  /** What a trial reached before it was left. */
  private reached(trial: number, board: Board): SearchedTrial {
    const { rungs } = this.search;
    for (let rung = rungs.length - 1; rung >= 0; rung--) {
      const task = this.taskOf({ trial, rung });
      if (task === undefined || !board.isDone(task.name)) continue;
      const { format, identity, ...result } = this.resultOf(task);
      const isTrained = rung === rungs.length - 1;
      const state = result.score === null ? 'failed' : isTrained ? 'trained' : 'halved';
      return { ...result, trial, rung, state };
    }
    throw new RangeError(`trial ${trial} is not done`);
  }

  /** Writes what was found: the trials, the best first, and the settings of the best. */
  private async end(board: Board): Promise<void> {
    const { config } = this.plan;
    const { trials, ...search } = this.search;
    const all = Array.from({ length: trials }, (_, i) => this.reached(i + 1, board)).toSorted(
      (a, b) => b.rung - a.rung || (b.score ?? -1) - (a.score ?? -1) || a.trial - b.trial,
    );
    const best = all.find(({ score }) => score !== null);
    const { strategy, folds } = config.tune;
    const keys = readSpace(config).map(({ key, isLog }) => ({
      key,
      log: isLog,
      space: config.tune.space[key],
    }));
    const folder = config.experiment.output_dir;
    const fill = (staging: string): void => {
      const files = tuneFiles(staging);
      writeTrials(files.table, all.map(trialRow));
      if (best !== undefined) writeConfig(files.best, this.configOf(best));
      writeSearch(files.record, {
        format: 1,
        ...search,
        time: new Date().toISOString(),
        strategy,
        folds,
        keys,
        trials: all,
        best: best?.trial ?? null,
      });
    };
    const { record, best: file } = tuneFiles('');
    await replaceFilesTogether(folder, fill, { last: record, obsolete: best === undefined ? [file] : [] });
    for (const { trial, rung } of all) this.drop({ trial, rung });
  }

  /** The configuration of the study with the settings of a trial. */
  private configOf({ settings }: SearchedTrial): Config {
    const { config } = this.plan;
    const experiment = { ...config.experiment, output_dir: studyOfSearch(config) };
    return checked({ ...config, experiment }, settings);
  }
}
