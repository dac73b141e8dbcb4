package app

import (
	"testing"
	"testing/fstest"
)

func TestTheHeapIsLimitedToThreeQuartersOfTheControlGroup(t *testing.T) {
	t.Parallel()
	type files map[string]string
	for name, c := range map[string]struct {
		files files
		want  int64
	}{
		"no control groups":    {files{}, 0},
		"version 2, unlimited": {files{"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"}, 0},
		"version 2, a container": {files{
			"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "67108864\n",
		}, 48 << 20},
		"version 2, a service within a slice with less": {files{
			"proc/self/cgroup": "0::/system.slice/roster.service\n",
			"sys/fs/cgroup/system.slice/roster.service/memory.max":  "268435456\n",
			"sys/fs/cgroup/system.slice/memory.max":                 "134217728\n",
			"sys/fs/cgroup/other.slice/memory.max":                  "4096\n",
			"sys/fs/cgroup/system.slice/roster.service/memory.high": "4096\n",
		}, 96 << 20},
		"version 1, unlimited": {files{
			"proc/self/cgroup": "4:memory:/\n0::/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
		}, 0},
		"version 1, the path outside the container": {files{
			"proc/self/cgroup":                           "5:cpu:/\n4:memory:/docker/abc\n0::/\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "134217728\n",
		}, 96 << 20},
		"a line that is cut": {files{"proc/self/cgroup": "0\n:\n"}, 0},
	} {
		root := fstest.MapFS{}
		for file, text := range c.files {
			root[file] = &fstest.MapFile{Data: []byte(text)}
		}
		if got := heapLimit(root); got != c.want {
			t.Errorf("%s: %d, not %d", name, got, c.want)
		}
	}
}
