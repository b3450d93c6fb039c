import type { ReportContext } from '../context.ts';
import { type Html, html } from '../html/html.ts';
import { type Facts, factsOf } from '../methods/facts.ts';

/** A source, and whether this study used it. */
interface Reference {
  text: string;
  used: (facts: Facts, data: ReportContext['data']) => boolean;
}

const always = (): boolean => true;

const REFERENCES: readonly Reference[] = [
  {
    text: 'Adebayo J, Gilmer J, Muelly M, et al. Sanity checks for saliency maps. NeurIPS 2018.',
    used: ({ explained }) => explained.length > 0,
  },
  {
    text: 'Austin PC. Balance diagnostics for comparing the distribution of baseline covariates between treatment groups in propensity-score matched samples. Stat Med 2009;28:3083–3107.',
    used: always,
  },
  {
    text: 'Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the case of the binomial. Biometrika 1934;26:404–413.',
    used: ({ proportionMethod }) => proportionMethod !== 'wilson',
  },
  {
    text: 'Cochran WG. The combination of estimates from different experiments. Biometrics 1954;10:101–129.',
    used: ({ compared }) => compared.cochran,
  },
  {
    text: 'Collins GS, Moons KGM, Dhiman P, et al. TRIPOD+AI statement: updated guidance for reporting clinical prediction models that use regression or machine learning methods. BMJ 2024;385:e078378.',
    used: always,
  },
  {
    text: 'DeLong ER, DeLong DM, Clarke-Pearson DL. Comparing the areas under two or more correlated receiver operating characteristic curves: a nonparametric approach. Biometrics 1988;44:837–845.',
    used: always,
  },
  {
    text: 'Draelos RL, Carin L. Use HiResCAM instead of Grad-CAM for faithful explanations of convolutional neural networks. arXiv:2011.08891, 2020.',
    used: ({ explained }) => explained.includes('hirescam'),
  },
  {
    text: 'Efron B, Tibshirani RJ. An Introduction to the Bootstrap. Chapman & Hall, 1993.',
    used: always,
  },
  {
    text: 'Guo C, Pleiss G, Sun Y, Weinberger KQ. On calibration of modern neural networks. ICML 2017.',
    used: ({ models }) => models.some(({ calibrator }) => calibrator === 'temperature'),
  },
  {
    text: 'Higgins JPT, Thompson SG. Quantifying heterogeneity in a meta-analysis. Stat Med 2002;21:1539–1558.',
    used: ({ compared }) => compared.cochran,
  },
  {
    text: 'Holm S. A simple sequentially rejective multiple test procedure. Scand J Stat 1979;6:65–70.',
    used: ({ compared }) => compared.delong,
  },
  {
    text: 'Janes H, Pepe MS. Adjusting for covariate effects on classification accuracy using the covariate-adjusted receiver operating characteristic curve. Biometrika 2009;96:371–382.',
    used: ({ compared }) => compared.within,
  },
  {
    text: 'Johnson WE, Li C, Rabinovic A. Adjusting batch effects in microarray expression data using empirical Bayes methods. Biostatistics 2007;8:118–127.',
    used: ({ harmonised }) => harmonised,
  },
  {
    text: 'Li L, Jamieson K, Rostamizadeh A, et al. A system for massively parallel hyperparameter tuning. MLSys 2020.',
    used: (_, { searches }) => searches.some(({ strategy }) => strategy === 'asha'),
  },
  {
    text: 'McInnes L, Healy J, Melville J. UMAP: uniform manifold approximation and projection for dimension reduction. arXiv:1802.03426, 2018.',
    used: (_, { maps }) => 'value' in maps,
  },
  {
    text: 'McNemar Q. Note on the sampling error of the difference between correlated proportions or percentages. Psychometrika 1947;12:153–157.',
    used: ({ compared }) => compared.mcnemar,
  },
  {
    text: 'Pencina MJ, D’Agostino RB Sr, D’Agostino RB Jr, Vasan RS. Evaluating the added predictive ability of a new marker. Stat Med 2008;27:157–172.',
    used: ({ compared }) => compared.nri || compared.idi,
  },
  {
    text: 'Pencina MJ, D’Agostino RB Sr, Steyerberg EW. Extensions of net reclassification improvement calculations to measure usefulness of new biomarkers. Stat Med 2011;30:11–21.',
    used: ({ compared }) => compared.nri,
  },
  {
    text: 'Platt JC. Probabilistic outputs for support vector machines and comparisons to regularized likelihood methods. In: Advances in Large Margin Classifiers. MIT Press, 1999.',
    used: ({ models }) => models.some(({ calibrator }) => calibrator === 'platt'),
  },
  {
    text: 'Selvaraju RR, Cogswell M, Das A, et al. Grad-CAM: visual explanations from deep networks via gradient-based localization. ICCV 2017.',
    used: ({ explained }) => explained.includes('grad-cam'),
  },
  {
    text: 'Tejani AS, Klontzas ME, Gatti AA, et al. Checklist for Artificial Intelligence in Medical Imaging (CLAIM): 2024 update. Radiol Artif Intell 2024;6:e240300.',
    used: always,
  },
  {
    text: 'Van Calster B, McLernon DJ, van Smeden M, et al. Calibration: the Achilles heel of predictive analytics. BMC Med 2019;17:230.',
    used: always,
  },
  {
    text: 'van der Maaten L, Hinton G. Visualizing data using t-SNE. J Mach Learn Res 2008;9:2579–2605.',
    used: (_, { maps }) => 'value' in maps,
  },
  {
    text: 'Vickers AJ, Elkin EB. Decision curve analysis: a novel method for evaluating prediction models. Med Decis Making 2006;26:565–574.',
    used: always,
  },
  {
    text: 'Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat Assoc 1927;22:209–212.',
    used: ({ proportionMethod }) => proportionMethod === 'wilson',
  },
  {
    text: 'Youden WJ. Index for rating diagnostic tests. Cancer 1950;3:32–35.',
    used: ({ thresholds }) => thresholds.some(({ rule }) => rule === 'youden'),
  },
];

/** The sources of the methods that this study used. */
export function referencesSection({ data }: ReportContext): Html {
  const facts = factsOf(data);
  const used = REFERENCES.filter((reference) => reference.used(facts, data));
  return html`<ol class="references">${used.map(({ text }) => html`<li>${text}</li>`)}</ol>`;
}
