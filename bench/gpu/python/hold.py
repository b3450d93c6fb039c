"""hold.py MIB READY: takes the GPU's memory but for some MiB, says so by a file, and waits to be ended."""
import sys
import time

import torch

free, _ = torch.cuda.mem_get_info()
held = torch.empty(max(0, free - (int(sys.argv[1]) << 20)), dtype=torch.uint8, device='cuda')
torch.cuda.synchronize()
open(sys.argv[2], 'w').close()
time.sleep(600)
