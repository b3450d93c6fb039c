/** What is wrong with an image or another file, by the code of the fault. */
const FAULTS: Readonly<Record<string, string>> = {
  EMPTY: '文件为空',
  UNREADABLE: '文件无法读取',
  UNKNOWN_FORMAT: '内容不是已知的图像格式',
  OTHER_FORMAT: '内容与文件名所示的图像格式不符',
  TRUNCATED: '图像文件不完整，数据提前结束',
  CRC: '图像文件的校验和有误，文件已损坏',
  CORRUPT: '图像文件已损坏，各部分互相矛盾',
  UNSUPPORTED: '图像文件使用了不支持的 PNG 功能',
  COLOUR: '图像为彩色，而非灰度',
  ALPHA: '图像含有透明或半透明的像素',
  TOO_LARGE: '图像或其文件过大',
  E_CHECKPOINT: '文件不是 Radweave 的检查点，或已损坏',
  E_CSV_CELL: '表格中有单元格的内容不符合其列的要求',
  E_CSV_COLUMNS: '表格缺少列',
  E_CSV_ROW: '表格中有行的字段过多或过少',
  E_CSV_SYNTAX: '文件不是有效的 CSV',
  E_ENCODING: '文件或其名称不是 UTF-8 编码',
  E_FEATURES_CHANGED: '特征与提取时的不同',
  E_FEATURES_PATIENT: '特征表中同一患者出现两次',
  E_FEATURES_SPLIT: '特征不属于当前划分的患者，或来自其他切片',
  E_FEATURES_TORN: '特征提取未完成',
  E_FEATURE_SHAPE: '特征数组的形状与特征表所记不符',
  E_FILE_MISSING: '文件或文件夹不存在',
  E_FILE_TOO_LARGE: '文件过大，无法一次读入',
  E_JSON: '文件不是有效的 JSON',
  E_JSON_FORMAT: '文件由采用其他格式的版本写入',
  E_JSON_SHAPE: 'JSON 文件缺少字段，或字段内容有误',
  E_MIXED_CHECKPOINTS: '同一模态的特征来自不同的检查点',
  E_NOT_READABLE: '没有读取该文件或文件夹的权限',
  E_NO_FEATURES: '没有该模态的特征',
  E_NO_SPLIT: '没有划分文件',
  E_NPY: '文件不是可读取的 .npy 数组',
  E_PREDICTIONS: '预测表缺少概率，或已不是当初写入的那一份',
  E_SPLIT_CONFLICT: '划分文件就患者或标签名称互相矛盾',
  E_SPLIT_PATIENT: '划分文件中同一患者有两个标签或两家医院',
  E_SPLIT_TORN: '划分未完成，或其文件彼此不属于同一划分',
};

/** A fault that has no words here is shown as the program's own message. */
export function faultName({ code, text }: { readonly code: string; readonly text: string }): string {
  return FAULTS[code] ?? `程序信息：“${text}”`;
}
