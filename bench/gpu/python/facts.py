"""What this machine and its torch are, as one line of JSON."""
import json
import subprocess

import torch

found = {'torch': torch.__version__, 'cuda': torch.version.cuda, 'available': torch.cuda.is_available()}
if torch.cuda.is_available():
    free, total = torch.cuda.mem_get_info()
    query = ['nvidia-smi', '--query-gpu=driver_version', '--format=csv,noheader']
    found.update(
        gpu=torch.cuda.get_device_name(),
        capability='.'.join(map(str, torch.cuda.get_device_capability())),
        memory_gib=round(total / 2**30, 1),
        cudnn=torch.backends.cudnn.version(),
        driver=subprocess.run(query, capture_output=True, text=True).stdout.strip(),
    )
print(json.dumps(found))
