package main

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestBucketsFollowOneAnotherAndHoldWhatFallsIntoThem(t *testing.T) {
	t.Parallel()
	for us := range 1 << 17 {
		d := time.Duration(us) * time.Microsecond
		bucket := bucketOf(d)
		if end := upperEnd(bucket); d >= end {
			t.Fatalf("%s is in bucket %d, which ends at %s", d, bucket, end)
		}
		if bucket > 0 && d < upperEnd(bucket-1) {
			t.Fatalf("%s is in bucket %d, and the one before ends at %s", d, bucket, upperEnd(bucket-1))
		}
	}
}

func TestWhatIsTooLongOrBelowZeroHasABucketToo(t *testing.T) {
	t.Parallel()
	if got := bucketOf(-time.Second); got != 0 {
		t.Errorf("a latency below zero is in bucket %d", got)
	}
	if got := bucketOf(1000 * time.Hour); got != buckets-1 {
		t.Errorf("a thousand hours are in bucket %d of %d", got, buckets)
	}
}

func TestQuantilesAreWithinABucketOfTheTruth(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	var h histogram
	all := make([]time.Duration, 10_000)
	for i := range all {
		all[i] = time.Duration(rng.ExpFloat64() * float64(3*time.Millisecond))
		h.add(all[i])
	}
	slices.Sort(all)
	for _, share := range []float64{0.01, 0.5, 0.9, 0.99, 0.999, 1} {
		want := all[int(share*float64(len(all)))-1]
		got := h.quantile(share)
		if got < want || got > want+want/16+2*time.Microsecond {
			t.Errorf("quantile %g: %s, the truth is %s", share, got, want)
		}
	}
}

func TestAnEmptyHistogramHasNoLatency(t *testing.T) {
	t.Parallel()
	var h histogram
	if got := h.quantile(0.99); got != 0 {
		t.Errorf("quantile of nothing: %s", got)
	}
}

func TestMergedHistogramsCountEverythingOnce(t *testing.T) {
	t.Parallel()
	var a, b histogram
	a.add(time.Millisecond)
	b.add(time.Second)
	b.add(time.Second)
	a.merge(&b)
	if a.total != 3 || a.most != time.Second || a.quantile(0.99) != time.Second {
		t.Errorf("merged: %d, most %s, p99 %s", a.total, a.most, a.quantile(0.99))
	}
}
