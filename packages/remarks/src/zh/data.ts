import type { DATA } from '../en/data.ts';
import type { Sentences } from '../entry.ts';
import { percent } from '../numbers.ts';
import { list, quoted } from './grammar.ts';

export const DATA_ZH: Sentences<typeof DATA> = {
  'data-hospital-unread': ({ hospital, classes, names, isMore }) =>
    `未读取 ${hospital}：其中没有名为 ${classes} 的文件夹；其中的文件夹：${quoted(names, isMore)}`,
  'data-folder-unread': ({ hospital, folder, classes, n }) =>
    `${hospital}：未读取文件夹“${folder}”，因其名称不是 ${classes}；其中有 ${n} 个文件夹`,
  'data-class-empty': ({ names }) =>
    `类别 ${quoted(names, false)} 中没有具有可用切片的患者；请检查类别文件夹的名称以及 --labels（data.labels）`,
  'data-hospitals-alike': ({ names }) =>
    `医院 ${quoted(names, false)} 的名称几乎相同，但按不同医院处理；若为同一医院，请将患者放入同一文件夹`,
  'data-misplaced': ({ n, names, isMore }) =>
    `未读取 ${n} 个图像或文件夹：切片应直接位于其模态的文件夹中（${list(names, isMore)}）`,
  'data-not-png': ({ hospital, kinds, folder }) =>
    `${hospital}：未读取非 PNG 文件（${list(kinds)}），例如 ${folder}`,
  'data-import': ({ commands }) => `可用 ${list(commands)} 转为切片`,
  'data-count': ({ what, n }) => `${what}：${n}`,
  'data-masks-named': ({ hospital, modality, n, names, isMore }) =>
    `${hospital} 的 ${modality}：${n} 张图像的名称像掩膜或标注，未纳入（${list(names, isMore)}）；若其实是切片，请改名`,
  'data-masks-two-values': ({ hospital, modality, n, names, isMore }) =>
    `${hospital} 的 ${modality}：${n} 张图像只有两个灰度值，像是掩膜，未纳入（${list(names, isMore)}）`,
  'data-masks-doubtful': ({ hospital, modality, n, names, isMore }) =>
    `${hospital} 的 ${modality}：${n} 张图像的名称像病灶勾画，但没有与之对应的切片，仍作为切片使用（${list(names, isMore)}）；若其实是掩膜，请移除`,
  'data-repeated': ({ hospital, modality, n, names, isMore }) =>
    `${hospital} 的 ${modality}：${n} 张切片与同一患者的另一张图像相同，仍重复计入（${list(names, isMore)}）；若为副本，请移除`,
  'data-share': ({ hospital, asked, train, total }) =>
    `${hospital}：${total} 例患者中有 ${train} 例（${percent(train / total, 1)}）在训练集，而设定的比例为 ${percent(asked, 10)}：每个标签在训练集与验证集中至少各有一例患者`,
  'data-lost': ({ hospital, n, total, modalities, labels }) =>
    `${hospital}：${total} 例患者中有 ${n} 例缺少 ${list(modalities)}，未纳入（${list(labels)}）`,
  'data-kept': ({ hospital, n, total, modalities, labels }) =>
    `${hospital}：${total} 例患者中有 ${n} 例缺少 ${list(modalities)}，仍留在其余模态的数据集中（${list(labels)}）`,
  'data-folders-there': ({ names, isMore }) => `其中的文件夹：${quoted(names, isMore)}`,
  'data-folders-some': ({ names, isMore }) => `其中部分患者有的文件夹：${quoted(names, isMore)}`,
  'data-folders-empty': ({ names, isMore }) => `没有可用切片的文件夹：${quoted(names, isMore)}`,
  'data-folders-none': '没有其他名称的文件夹',
  'data-blank': ({ hospital, modality, n, total, names, isMore }) =>
    `${hospital} 的 ${modality}：${total} 张切片中有 ${n} 张为空白（单一灰度值）：${list(names, isMore)}`,
  'data-unscaled': ({ hospital, modality, n, total, high }) =>
    `${hospital} 的 ${modality}：${total} 张 16 位切片中有 ${n} 张的灰度不到量程的八分之一（第 99 百分位数为量程的 ${high.toFixed(2)}），像是未缩放的 12 位数值；用 radweave import images 可重新写出，每个序列按其自身的灰度范围`,
  'data-inverted': ({ hospital, modality, n, total }) =>
    `${hospital} 的 ${modality}：${total} 张切片中有 ${n} 张疑似黑白反转`,
  'data-inverted-unlike': ({ hospital, modality, n, total, mean, home, homeMean }) =>
    `${hospital} 的 ${modality}：${total} 张切片中有 ${n} 张疑似黑白反转（平均亮度 ${mean.toFixed(2)}，${home} 为 ${homeMean.toFixed(2)}）`,
  'data-darker': ({ hospital, modality, high, home, homeHigh }) =>
    `${hospital} 的 ${modality}：切片比 ${home} 的暗得多（第 99 百分位数为量程的 ${high.toFixed(2)}，${home} 为 ${homeHigh.toFixed(2)}）`,
  'data-brighter': ({ hospital, modality, high, home, homeHigh }) =>
    `${hospital} 的 ${modality}：切片比 ${home} 的亮得多（第 99 百分位数为量程的 ${high.toFixed(2)}，${home} 为 ${homeHigh.toFixed(2)}）`,
  'data-no-external': ({ home }) => `除 ${home} 外未读取任何医院：外部测试集为空`,
  'data-test-at-home': ({ hospitals }) =>
    `${list(hospitals)} 的患者既在测试集，又在训练集或验证集：对${hospitals.length === 1 ? '该医院' : '这些医院'}而言为内部测试，不能说明其他医院的患者`,
  'data-one-label-test': ({ label }) => `测试集患者的标签均为 ${label}：无法计算其 AUC`,
  'data-label-is-hospital': ({ hospitals }) =>
    `${list(hospitals)} 各自只有一种标签的患者：在这些医院，医院之间的差异与标签之间的差异无法区分`,
  'data-no-external-usable': ({ hospitals }) => `${list(hospitals)} 没有可用的患者：外部测试集为空`,

  'table-no-folder': '仅见于表格',
  'table-no-row': '仅见于文件夹',
  'table-ragged': ({ expected, found }) => `有 ${found} 个字段，首行却有 ${expected} 个`,
  'table-label': ({ table, folder }) => `表格中标签为 ${table}，所在文件夹却为 ${folder}`,
  'table-hospital': ({ table, folder }) => `表格中医院为 ${table}，却位于 ${folder} 的文件夹`,
  'table-spelt': ({ table, folder }) => `表格中写作 ${table}，文件夹中写作 ${folder}`,
  'table-hospital-open': '见于多家医院，而表格未注明医院',
  'table-contradiction': ({ column, values }) => `同一患者各行的 ${column} 不一致：${list(values)}`,
  'table-twice': '有两行内容不同，且无就诊列可区分',
  'table-empty': ({ column }) => `${column} 单元格为空`,
  'table-unknown': ({ column, value }) => `${column} 的取值“${value}”无法识别`,
  'table-no-images': ({ place }) => `${place} 中没有所需模态的 PNG 图像`,
  'excluded-modalities': ({ modalities }) => `缺少 ${list(modalities)} 的切片`,
  'excluded-places': ({ places }) => `同时见于 ${list(places)}`,
  'excluded-place': ({ hospital, label }) => `${hospital} 的 ${label}`,
  'excluded-shared-image': ({ patient }) => `与患者 ${patient} 有相同图像`,
};
