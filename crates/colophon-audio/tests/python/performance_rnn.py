"""Writes ../data/performance_rnn.json: logits of PerformanceRNN by PyTorch, to compare with ours.

    pip install torch numpy
    pip download --no-deps coopertunes==0.2.0 && unzip coopertunes-0.2.0-py3-none-any.whl
    python performance_rnn.py coopertunes/checkpoints/performancernn_pretrained.pt
"""

import json
import sys
from pathlib import Path

import torch
from torch import nn

EVENTS, CONTROL, HIDDEN, LAYERS = 240, 24, 512, 3


class Net(nn.Module):
    """The network as it was published, for one sequence."""

    def __init__(self):
        super().__init__()
        self.inithid_fc = nn.Linear(32, LAYERS * HIDDEN)
        self.event_embedding = nn.Embedding(EVENTS, EVENTS)
        self.concat_input_fc = nn.Linear(EVENTS + 1 + CONTROL, HIDDEN)
        self.gru = nn.GRU(HIDDEN, HIDDEN, num_layers=LAYERS)
        self.output_fc = nn.Linear(HIDDEN * LAYERS, EVENTS)

    def start(self, init):
        return torch.tanh(self.inithid_fc(init)).view(LAYERS, 1, HIDDEN)

    def step(self, event, control, hidden):
        x = torch.cat([self.event_embedding(event).view(1, 1, -1), torch.zeros(1, 1, 1), control.view(1, 1, -1)], -1)
        x = nn.functional.leaky_relu(self.concat_input_fc(x), 0.1)
        _, hidden = self.gru(x, hidden)
        return self.output_fc(hidden.permute(1, 0, 2).reshape(1, -1))[0], hidden


saved = torch.load(sys.argv[1], map_location="cpu", weights_only=False)
state = saved
for key in ("model_state", "model_state_dict", "state_dict", "model"):
    if isinstance(state, dict) and key in state:
        state = state[key]
        break
net = Net().eval()
net.load_state_dict(state)
torch.manual_seed(5)
init = torch.randn(1, 32)
events = [239, 200, 39, 215, 127, 43, 220, 46, 210, 131, 134, 180]
histogram = torch.tensor([4.0, 0, 1, 0, 2, 1, 0, 3, 0, 2, 0, 1])
control = torch.cat([nn.functional.one_hot(torch.tensor(4), 12).float(), histogram / histogram.sum()])
with torch.no_grad():
    hidden, logits = net.start(init), []
    for event in events:
        out, hidden = net.step(torch.tensor([event]), control, hidden)
        logits.append([round(v, 6) for v in out.tolist()])
out = {"init": init[0].tolist(), "events": events, "control": control.tolist(), "logits": logits}
(Path(__file__).parents[1] / "data" / "performance_rnn.json").write_text(json.dumps(out) + "\n")
