"""One modality's training: epochs over the training slices, validation after each."""
import time

import torch

from common import AUGMENTED, PLAIN, Slices, compiled, precision, put


def train(args, model, frozen, rows, val_rows):
    """@returns seconds in training epochs (data loader start-up included, validation not) and slices seen."""
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=1e-4, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, args.epochs)
    loader = torch.utils.data.DataLoader(
        Slices(rows, AUGMENTED), args.batch, shuffle=True, num_workers=args.workers
    )
    net = compiled(args, model)
    if args.compile:
        warm_up(args, net, model)
    seconds, slices = 0.0, 0
    for _ in range(args.epochs):
        model.train()
        for part in frozen:
            part.eval()
        start = time.perf_counter()
        for images, labels in loader:
            optimizer.zero_grad(set_to_none=True)
            with precision(args):
                logits = net(put(args, images))
            loss = torch.nn.functional.cross_entropy(logits.float(), labels)
            loss.backward()
            optimizer.step()
            loss.item()
            slices += len(labels)
        seconds += time.perf_counter() - start
        schedule.step()
        probabilities(args, model, val_rows)
    return seconds, slices


def warm_up(args, net, model):
    """Compilation is counted neither for nor against the peer."""
    model.train()
    with precision(args):
        net(put(args, torch.randn(args.batch, 1, 224, 224))).float().sum().backward()
    model.zero_grad(set_to_none=True)


def probabilities(args, model, rows):
    model.eval()
    loader = torch.utils.data.DataLoader(Slices(rows, PLAIN), args.batch, num_workers=args.workers)
    found = []
    with torch.no_grad():
        for images, _ in loader:
            with precision(args):
                found.append(model(put(args, images)).float().softmax(1)[:, 1])
    return torch.cat(found) if found else torch.empty(0)
