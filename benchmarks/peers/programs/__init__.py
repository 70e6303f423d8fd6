"""The peers, each as most people write it: programs to be compared with, none of which anything else uses."""
