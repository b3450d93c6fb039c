import type { Phrase } from './translate.ts';

/** What `preprocess` found odd about the data, in Chinese. */
export const DATA_ZH: readonly Phrase[] = [
  [
    '{hospital}: {n} of {total} patient(s) lack {modalities+} and are left out ({labels+})',
    '{hospital}：{total} 例患者中有 {n} 例缺少 {modalities}，未纳入（{labels}）',
  ],
  [
    '{hospital}: {n} of {total} patient(s) lacks {modalities+} and is left out ({labels+})',
    '{hospital}：{total} 例患者中有 {n} 例缺少 {modalities}，未纳入（{labels}）',
  ],
  ['folders found there: {names}', '其中的文件夹：{names}'],
  ['folders that some of them have: {names}', '其中部分患者有的文件夹：{names}'],
  ['without usable slices: {names}', '没有可用切片的文件夹：{names}'],
  ['no folder of another name is there', '没有其他名称的文件夹'],
  [
    '{hospital} was not read, because no folder in it is called grade0, grade1, …',
    '未读取 {hospital}：其中没有名为 grade0、grade1…… 的文件夹',
  ],
  [
    "{hospital}: folder '{folder}' was not read, because it is not called grade0, grade1, …",
    '{hospital}：未读取文件夹“{folder}”，因其名称不是 grade0、grade1……',
  ],
  ['it holds {n} folder(s)', '其中有 {n} 个文件夹'],
  ['{hospital}: files that are not PNG were not read ({kinds+})', '{hospital}：未读取非 PNG 文件（{kinds}）'],
  ['radweave import reads DICOM files', 'DICOM 文件可用 radweave import 导入'],
  [
    '{hospital}, {modality}: {n} of the images are called like masks or labels and are left out ({files})',
    '{hospital} 的 {modality}：{n} 张图像的名称像掩膜或标注，未纳入（{files}）',
  ],
  ['rename them if they are slices', '若其实是切片，请改名'],
  [
    '{hospital}, {modality}: {n} of the images have two gray values only, as masks do, and are left out ({files})',
    '{hospital} 的 {modality}：{n} 张图像只有两个灰度值，像是掩膜，未纳入（{files}）',
  ],
  [
    '{hospital}, {modality}: {n} of the images are called like outlines of a lesion, without a slice that they belong to, and are used as slices ({files})',
    '{hospital} 的 {modality}：{n} 张图像的名称像病灶勾画，但没有与之对应的切片，仍作为切片使用（{files}）',
  ],
  ['remove them if they are masks', '若其实是掩膜，请移除'],
  [
    '{hospital}, {modality}: {n} of {total} slices are blank (one gray value): {files}',
    '{hospital} 的 {modality}：{total} 张切片中有 {n} 张为空白（单一灰度值）：{files}',
  ],
  [
    '{hospital}, {modality}: 1 of {total} slices is blank (one gray value): {files}',
    '{hospital} 的 {modality}：{total} 张切片中有 1 张为空白（单一灰度值）：{files}',
  ],
  [
    '{hospital}, {modality}: {n} of {total} slices of 16 bit use less than an eighth of the range (99th percentile: {high} of it), as unscaled 12-bit values do',
    '{hospital} 的 {modality}：{total} 张 16 位切片中有 {n} 张的灰度不到量程的八分之一（第 99 百分位数为量程的 {high}），像是未缩放的 12 位数值',
  ],
  [
    '{hospital}, {modality}: {n} of {total} slices look inverted (mean brightness: {own}, at {home} {theirs})',
    '{hospital} 的 {modality}：{total} 张切片中有 {n} 张疑似黑白反转（平均亮度 {own}，{home} 为 {theirs}）',
  ],
  [
    '{hospital}, {modality}: {n} of {total} slices look inverted',
    '{hospital} 的 {modality}：{total} 张切片中有 {n} 张疑似黑白反转',
  ],
  [
    '{hospital}, {modality}: the slices are much darker than those of {home} (99th percentile: {own} of the range, at {home2} {theirs})',
    '{hospital} 的 {modality}：切片比 {home} 的暗得多（第 99 百分位数为量程的 {own}，{home2} 为 {theirs}）',
  ],
  [
    '{hospital}, {modality}: the slices are much brighter than those of {home} (99th percentile: {own} of the range, at {home2} {theirs})',
    '{hospital} 的 {modality}：切片比 {home} 的亮得多（第 99 百分位数为量程的 {own}，{home2} 为 {theirs}）',
  ],
  [
    'No hospital besides {home} was read: the external test set is empty',
    '除 {home} 外未读取任何医院：外部测试集为空',
  ],
  [
    'No patient of {hospitals+} can be used: the external test set is empty',
    '{hospitals} 没有可用的患者：外部测试集为空',
  ],
];
