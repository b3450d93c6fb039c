"""Evaluates the cases of evaluate.ts, which is its mirror image: JSON from standard input to standard output."""
import base64, contextlib, json, sys
import numpy as np
import torch, torchvision
import torch.nn as nn
import torch.nn.functional as F

NUMPY = {'float32': np.float32, 'int64': np.int64, 'bool': np.bool_}

# float32 means float32 on GPUs too, as it does here.
torch.backends.cudnn.allow_tf32 = False
torch.backends.cuda.matmul.allow_tf32 = False

def build(spec, device):
    raw = np.frombuffer(base64.b64decode(spec['bytes']), NUMPY[spec['dtype']])
    made = torch.from_numpy(raw.copy()).reshape(spec['shape'])
    if spec['castTo']: made = made.to(getattr(torch, spec['castTo']))
    made = made.to(device)
    if spec['layout'] == 'strided': made = made.transpose(0, -1).contiguous().transpose(0, -1)
    if spec['layout'] == 'channelsLast': made = made.contiguous(memory_format=torch.channels_last)
    return made

def pattern(shape, period, divisor):
    count = int(np.prod(shape))
    return (((torch.arange(count) % period) - 2).float() / divisor).reshape(shape)

def value(name, t):
    dense = t.detach().cpu().contiguous()
    raw = dense.view(torch.int16) if dense.dtype == torch.bfloat16 and dense.dim() > 0 else dense
    if dense.dtype == torch.bfloat16 and dense.dim() == 0: raw = dense.reshape(1).view(torch.int16)
    return {'name': name, 'dtype': str(t.dtype)[6:], 'shape': list(t.shape), 'strides': list(t.stride()),
            'bytes': base64.b64encode(raw.numpy().tobytes()).decode()}

def evaluate(case):
    torch.manual_seed(case['seed'])
    device = case['device']
    inputs = [build(spec, device) for spec in case['inputs']]
    for t in inputs:
        if t.is_floating_point(): t.requires_grad_()
    names = dict(zip('abcdefgh', inputs), torch=torch, torchvision=torchvision, nn=nn, F=F)
    leaves = [('gradient of input %d' % i, t) for i, t in enumerate(inputs)]
    mode = torch.autocast(device.split(':')[0], torch.bfloat16) if case['autocast'] else contextlib.nullcontext()
    module = None
    if case['module']:
        module = eval(case['python'], names)
        if case['half']: module.to(torch.bfloat16)
        module.to(device)
        with torch.no_grad():
            for p in module.parameters(): p.add_(pattern(p.shape, 5, 8).to(p))
        module.train(not case['eval'])
        leaves += [('gradient of ' + name, p) for name, p in module.named_parameters()]
    with mode:
        result = module(*inputs) if module else eval(case['python'], names)
    outputs = [result] if isinstance(result, torch.Tensor) else list(result)
    values = [value('result %d' % i, t) for i, t in enumerate(outputs)]
    sources = [t for t in outputs if t.requires_grad]
    targets = [(name, t) for name, t in leaves if t.requires_grad]
    if sources and targets:
        found = torch.autograd.grad(sources, [t for _, t in targets],
                                    [pattern(t.shape, 7, 3).to(t) for t in sources], allow_unused=True)
        values += [value(name, g) for (name, _), g in zip(targets, found) if g is not None]
    if module: values += [value(name, t) for name, t in module.state_dict().items()]
    return values

def guarded(case):
    try: return evaluate(case)
    except Exception as error: return '%s: %s' % (type(error).__name__, error)

outcomes = [guarded(case) for case in json.load(sys.stdin)]
json.dump({'version': torch.__version__, 'outcomes': outcomes}, sys.stdout)
